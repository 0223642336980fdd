const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text that is HTML already. */
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

/** A template whose values are escaped, unless they are made by this template too. */
export const html = (parts, ...values) =>
  new Html(parts.map((part, i) => part + (i < values.length ? textOf(values[i]) : '')).join(''))

const shown = new WeakMap()

/** Puts it into the element, which is left alone when it shows just that. */
export function render(element, { text }) {
  if (shown.get(element) === text) return
  shown.set(element, text)
  element.innerHTML = text
}
