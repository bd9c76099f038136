/** What is wrong with a server's address, if anything is, in a sentence about `name`. */
export const problemOf = (url: string, name: string): string | undefined => {
  const { password, protocol, username } = URL.parse(url) ?? { protocol: "" }
  if (protocol !== "http:" && protocol !== "https:") {
    return `${name} is no http or https address, such as https://host/v1`
  }
  return username || password
    ? `${name} has a user name or a password in it: give it without a user name and a password, the API key is sent by itself`
    : undefined
}
