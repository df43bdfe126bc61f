import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Fault } from "#contracts";
import { Type, type Static } from "typebox";
import { Value } from "typebox/value";
import type { CliCommand } from "./command.ts";
import { withHub } from "./local-hub.ts";
import { paint } from "./terminal.ts";

const DeadLetter = Type.Object({
  deadLetterId: Type.String(),
  title: Type.String(),
  since: Type.String(),
  explanation: Type.String(),
  faults: Type.Array(Fault),
  whatToDo: Type.String(),
});
const DeadLettersPage = Type.Object({ deadLetters: Type.Array(DeadLetter) });

const actions = ["retry", "edit", "skip", "discard"];

function print({ deadLetterId, title, since, explanation, faults, whatToDo }: Static<typeof DeadLetter>): void {
  console.log(`${paint("bold", deadLetterId)}  ${title}, since ${since}\n  ${explanation}`);
  for (const { path, expected, found } of faults)
    console.log(`    ${path}: expected ${expected}${found ? `, found ${found}` : ""}`);
  console.log(`  ${paint("cyan", whatToDo)}\n`);
}

/** Content for an edit: a file of JSON, or of text as it is to be sent. */
async function contentOf(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8");
  return file.endsWith(".json") ? JSON.parse(text) : text;
}

export const deadLetters: CliCommand = {
  name: "dead-letters",
  usage: "dead-letters [ID retry|edit|skip|discard [FILE] --reason WHY]",
  summary: "What could not be done, why, and what to do about it; mend it and send it again.",
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { reason: { type: "string" } },
    });
    const [id, action, file] = positionals;
    if (id && (!action || !actions.includes(action) || !values.reason)) {
      console.error(`${actions.join(", ")} are possible, with a --reason.`);
      return 2;
    }
    return withHub(async ({ client }) => {
      if (id) {
        const content = file ? { content: await contentOf(file) } : {};
        const answer = await client.post(`/v1/dead-letters/${encodeURIComponent(id)}/${action}`, {
          reason: values.reason,
          ...content,
        });
        console.log(JSON.stringify(answer.body, null, 2));
        return 0;
      }
      const page = await client.get(`/v1/dead-letters`);
      if (!Value.Check(DeadLettersPage, page))
        throw new Error("The hub's answer about dead letters could not be read.");
      if (page.deadLetters.length === 0)
        console.log("None. Everything that came in was taken, everything that was asked was answered.");
      for (const letter of page.deadLetters) print(letter);
      return 0;
    });
  },
};
