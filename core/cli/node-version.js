// First of all and plain JavaScript, so that an older Node reads this far and is not left with a syntax error.
if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(`Weir needs Node 24 or newer, and this is Node ${process.versions.node}.`)
  console.error(
    "In a clone of Weir, `npm ci` brings Node 24 along; `npm start` and `npx weir` use it."
  )
  process.exit(78)
}
