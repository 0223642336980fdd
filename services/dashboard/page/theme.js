// Not a module, because it has to run before the first paint: otherwise the page flashes in the other theme.
{
  const root = document.documentElement
  const light = matchMedia('(prefers-color-scheme: light)')
  const apply = () => {
    root.dataset.theme = localStorage.getItem('theme') ?? (light.matches ? 'light' : 'dark')
    dispatchEvent(new Event('theme'))
  }
  apply()
  light.addEventListener('change', apply)
  addEventListener('DOMContentLoaded', () => {
    document.getElementById('theme').addEventListener('click', () => {
      localStorage.setItem('theme', root.dataset.theme === 'light' ? 'dark' : 'light')
      apply()
    })
  })
}
