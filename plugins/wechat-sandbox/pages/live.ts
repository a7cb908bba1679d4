/** Looks again every two seconds, unless somebody is typing or has the page in the background. What was said is not said for ever. */
export const live = `const typing = () => document.activeElement?.matches("input, select, textarea")
const isHalfDone = (main) => [...main.querySelectorAll("input, textarea")].some((it) => it.value !== it.defaultValue)
const look = async () => {
  const main = document.querySelector("main")
  if (document.hidden || isHalfDone(main) || (typing() && main.contains(document.activeElement))) return
  const answer = await fetch(main.dataset.look, { credentials: "omit" })
  if (!answer.ok) return
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  const fresh = page.querySelector("main")
  if (!fresh || fresh.innerHTML === main.innerHTML) return
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
