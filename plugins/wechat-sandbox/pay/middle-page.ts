const host = "https://wx.tenpay.com"

/** Where a browser is sent that pays outside of WeChat. */
export const middlePath = "/cgi-bin/mmpayweb-bin/checkmweb"

/** WeChat's address for it, at this WeChat: whoever follows it gets here. */
export const reachable = (credential: string, origin: string): string =>
  credential.startsWith(host) ? origin + credential.slice(host.length) : credential

/** What leads to an order, as it is written down; of an address, without the way back that a merchant adds. */
export const credentialIn = (said: string): string => {
  const url = URL.parse(said)
  if (url?.pathname !== middlePath) return said
  url.searchParams.delete("redirect_url")
  return `${host}${middlePath}?${url.searchParams}`
}
