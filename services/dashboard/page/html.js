const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text that is already HTML. */
class Html {
  constructor(text) {
    this.text = text
  }
}

const textOf = value => {
  if (Array.isArray(value)) return value.map(textOf).join('')
  if (value instanceof Html) return value.text
  return String(value ?? '').replace(/[&<>"']/g, c => ESCAPES[c])
}

/** A template tag that escapes its values, except fragments that it made itself. */
export const html = (parts, ...values) =>
  new Html(parts.map((part, i) => part + (i < values.length ? textOf(values[i]) : '')).join(''))

const shown = new WeakMap()

/** Sets the element's content, and does not touch the element when the content is the same. */
export function render(element, { text }) {
  if (shown.get(element) === text) return
  shown.set(element, text)
  element.innerHTML = text
}
