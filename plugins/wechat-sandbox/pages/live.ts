/** Looks again every two seconds, and leaves alone what somebody is in the middle of. What was said is not said for ever. */
export const live = `const fields = "input, textarea, select"
const isChanged = (it) =>
  it.open ||
  it.checked !== it.defaultChecked ||
  (it.options
    ? it.selectedIndex !== Math.max(0, [...it.options].findIndex((option) => option.defaultSelected))
    : it.defaultValue !== undefined && it.value !== it.defaultValue)
const isHalfDone = (main) =>
  (main.contains(document.activeElement) && document.activeElement.matches(fields)) ||
  [...main.querySelectorAll(fields + ", details")].some(isChanged)
const look = async () => {
  if (document.hidden) return
  const main = document.querySelector("main")
  const answer = await fetch(main.dataset.look, { credentials: "omit" })
  if (!answer.ok) return
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  const fresh = page.querySelector("main")
  if (!fresh || fresh.innerHTML === main.innerHTML || isHalfDone(main)) return
  const root = document.documentElement
  const atEnd = root.scrollHeight - root.scrollTop - root.clientHeight < 40
  main.replaceWith(fresh)
  if (atEnd && fresh.querySelector("#end")) root.scrollTop = root.scrollHeight
}
setInterval(() => look().catch(() => {}), 2000)
const silent = new URL(location.href)
silent.searchParams.delete("say")
setTimeout(() => {
  history.replaceState(null, "", silent)
  document.querySelector(".notice")?.remove()
}, 4000)
`
