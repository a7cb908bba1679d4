/** Where a test's chance begins: another place each time, or where WEIR_TEST_SEED says. It is printed, so that a failure can be repeated. */
export const seedOf = (name: string): number => {
  const seed = Number(process.env.WEIR_TEST_SEED ?? Date.now() % 1_000_000_000)
  console.log(`${name}: WEIR_TEST_SEED=${seed}`)
  return seed
}
