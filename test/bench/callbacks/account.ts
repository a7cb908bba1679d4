/** The account that both ends of the bench know. */
export const account = {
  name: "main",
  appid: "wx0123456789abcdef",
  originalId: "gh_0123456789ab",
  token: "benchToken1",
  aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
}
