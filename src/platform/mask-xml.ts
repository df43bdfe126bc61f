import { openly, shownAs, type Shown } from "./mask-rules.ts";

const TOKEN =
  /<!\[CDATA\[([^]*?)\]\]>|<!--[^]*?-->|<[?!](?:[^>"']|"[^"]*"|'[^']*')*>|<(\/?)([^\s<>/"']+)((?:[^>"']|"[^"]*"|'[^']*')*)>|([^<]+)/gy;
const ATTRIBUTE = /([^\s="'/]+)(\s*=\s*)(?:"([^"]*)"|'([^']*)')/g;

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

const maskAttributes = (text: string, around: Shown): string =>
  text.replace(ATTRIBUTE, (_all, name: string, equals: string, double?: string, single?: string) => {
    const quote = double === undefined ? "'" : '"';
    return `${name}${equals}${quote}${shownAs(localName(name), around)(double ?? single ?? "")}${quote}`;
  });

/** XML with the text and the attributes of secret and personal elements masked; null where its tags do not match up. */
export function maskXml(text: string): string | null {
  const open: { readonly name: string; readonly shown: Shown }[] = [];
  const shown = () => open.at(-1)?.shown ?? openly;
  let masked = "";
  let read = 0;
  for (const [token, data, slash, name, attributes = "", content] of text.matchAll(TOKEN)) {
    read += token.length;
    if (content !== undefined) masked += content.trim() === "" ? content : shown()(content);
    else if (data !== undefined) masked += `<![CDATA[${shown()(data)}]]>`;
    else if (name === undefined) masked += token.startsWith("<!--") ? "<!---->" : token;
    else if (slash === "/") {
      if (open.pop()?.name !== name) return null;
      masked += token;
    } else {
      masked += `<${name}${maskAttributes(attributes, shown())}>`;
      if (!attributes.endsWith("/")) open.push({ name, shown: shownAs(localName(name), shown()) });
    }
  }
  return read === text.length && open.length === 0 ? masked : null;
}
