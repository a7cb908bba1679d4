import { install, run } from "./command.js"

/**
 * The browser of the page tests: the one that `WEIR_TEST_CHROMIUM` names, else Debian's, installed if need be.
 *
 * @returns {Promise<string | undefined>}
 */
export const findChromium = async () => {
  const program = process.env.WEIR_TEST_CHROMIUM || "/usr/bin/chromium"
  const works = () => run(program, ["--version"], { minutes: 0.5, quiet: true })
  return (await works()) || ((await install("chromium")) && (await works())) ? program : undefined
}
