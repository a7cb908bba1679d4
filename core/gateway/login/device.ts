/** In this order: each of them also names those behind it. */
const browsers: ReadonlyArray<readonly [RegExp, string]> = [
  [/MicroMessenger/i, "WeChat"],
  [/Edg\//, "Edge"],
  [/Firefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"]
]

const systems: ReadonlyArray<readonly [RegExp, string]> = [
  [/Windows/, "Windows"],
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"]
]

/** The browser and system a request says it is from, in words of ours: what it says itself may be anything. */
export const deviceOf = (agent = ""): string => {
  const of = (known: typeof browsers) => known.find(([pattern]) => pattern.test(agent))?.[1]
  return [of(browsers), of(systems)].filter((name) => name !== undefined).join(" · ")
}
