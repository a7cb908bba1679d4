import { existsSync, realpathSync } from "node:fs"
import { registerHooks } from "node:module"
import { dirname, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { Predicate } from "effect"

/** What a bundle holds, by the name each module is imported under; a path is one beside `gateway.config.ts`. */
type Held = Readonly<Record<string, () => object>>

const scheme = "weir:"
const registry = "weir/bundle"

/**
 * Lets `gateway.config.ts` and plugins on disk import what is inside of the bundle, so that there is one core and one Effect: each name
 * resolves to a module that exports the bundle's own values. What lies on disk as well is taken from there.
 */
export const handOut = (held: Held): void => {
  const find = (name: string) =>
    Object.hasOwn(held, name) ? held[name]?.() : partOfEffect(held, name)
  Object.defineProperty(globalThis, Symbol.for(registry), { value: find })
  registerHooks({
    resolve: (specifier, context, next) => {
      const name = besideConfig(specifier, context.parentURL) ?? specifier
      if (find(name) !== undefined) return { url: scheme + name, shortCircuit: true }
      if (specifier.startsWith("effect/"))
        throw new Error(`${specifier} is not part of this bundle of Weir`)
      return next(specifier, context)
    },
    load: (url, context, next) => {
      if (!url.startsWith(scheme)) return next(url, { ...context, format: formatOf(url, context) })
      const name = url.slice(scheme.length)
      return { format: "module", source: reexport(name, find(name)), shortCircuit: true }
    }
  })
}

/** `effect/Schema` is what `effect` calls `Schema`. From anywhere else it would be a second one. */
const partOfEffect = (held: Held, name: string): object | undefined => {
  const [, part] = /^effect\/(\w+)$/.exec(name) ?? []
  const effect = held.effect
  if (part === undefined || effect === undefined) return undefined
  const found: unknown = Reflect.get(effect(), part)
  return Predicate.isObject(found) ? found : undefined
}

/** The name of a file that is meant to lie beside the configuration, and does not. */
const besideConfig = (specifier: string, parent: string | undefined): string | undefined => {
  if (!specifier.startsWith(".") || !parent?.startsWith("file:")) return undefined
  const path = fileURLToPath(new URL(specifier, parent))
  return existsSync(path) ? undefined : relative(folder(), path).replaceAll(sep, "/")
}

/** Where the configuration lies itself, as Node sees it: a cluster mounts it as a link. */
const folder = (): string => {
  const config = resolve("gateway.config.ts")
  return dirname(existsSync(config) ? realpathSync(config) : config)
}

/** A folder without a package.json leaves open what its TypeScript is. */
const formatOf = (url: string, { format }: { readonly format: string | null | undefined }) =>
  url.endsWith(".ts") ? (format ?? "module-typescript") : format

/** The text of a module that exports what another one does. */
const reexport = (name: string, found: object | undefined): string =>
  [
    `const held = globalThis[Symbol.for("${registry}")]("${name}")`,
    ...Object.keys(found ?? {}).map(
      (key, index) => `const _${index} = held.${key}; export { _${index} as ${key} }`
    )
  ].join("\n")
