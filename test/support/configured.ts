import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Installation } from "./installation.ts"

const root = new URL("../../", import.meta.url)

/** Configures an installation as this repository is, with a plugin of `test/fixtures` besides; `made`: how it is made. */
export const withPlugin = ({ folder }: Installation, name: string, made = `${name}()`): void => {
  const from = (path: string) => JSON.stringify(new URL(path, root).href)
  const [plugin = ""] = /^\w+/.exec(made) ?? []
  writeFileSync(
    join(folder, "gateway.config.ts"),
    `import config from ${from("gateway.config.ts")}
import { ${plugin} } from ${from(`test/fixtures/${name}/index.ts`)}

export default { ...config, plugins: [...config.plugins, ${made}] }
`
  )
}
