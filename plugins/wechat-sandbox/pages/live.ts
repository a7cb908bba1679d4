/** Looks again every two seconds, unless somebody is typing or has the page in the background. What was said is not said for ever. */
export const live = `const look = async () => {
  if (document.hidden || document.querySelector("input:focus, select:focus")) return
  const answer = await fetch(location.href)
  if (!answer.ok) return
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  const fresh = page.querySelector("main")
  if (fresh) document.querySelector("main").replaceWith(fresh)
}
setInterval(() => look().catch(() => {}), 2000)
const silent = new URL(location.href)
silent.searchParams.delete("say")
setTimeout(() => history.replaceState(null, "", silent), 3000)
`
