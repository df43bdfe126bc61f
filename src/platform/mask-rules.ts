/** Which fields are whose, by their names: in JSON, forms, headers, query strings and XML alike. */
const SECRET =
  /^(authorization|proxy-authorization|cookie|set-cookie|.*(password|passwd|passphrase|secret|token|(api|access|private|subscription|account)[-_]?key|signature|hmac|credential).*)$/i;
const PERSONAL =
  /^(.*e[-_]?mails?([-_]?address(es)?)?|.*phone([-_]?(number|no))?s?|mobile|street[-_]?(\d|lines?.*)?|address[-_]?(\d|lines?.*)|(contact|person|first|last|full|attention)[-_]?name|signed[-_]?by|attention|recipient([-_]?name)?)$/i;

export const HIDDEN = "***";

/** So much that a person can still tell two apart: the first and the last character, whole ones. */
function partly(text: string): string {
  const characters = Array.from(text);
  return characters.length <= 2 ? HIDDEN : `${characters[0]}${HIDDEN}${characters.at(-1)}`;
}

/** What somebody signs in with, inside an address. */
const withoutCredentials = (text: string): string => text.replace(/(:\/\/[^/\s:@]*:)[^/\s@]+@/g, `$1${HIDDEN}@`);

/** How the text of a field is shown; whatever is inside of it is shown the same way. */
export type Shown = (text: string) => string;
const wholly: Shown = () => HIDDEN;
export const openly: Shown = withoutCredentials;

/** How a field of this name is shown; inside one that is hidden, everything is. */
export function shownAs(name: string, around: Shown): Shown {
  if (around === wholly || SECRET.test(name)) return wholly;
  return PERSONAL.test(name) ? partly : around;
}
export const isWhollyHidden = (shown: Shown): boolean => shown === wholly;
