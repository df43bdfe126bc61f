import { commands } from "./commands.ts";
import { explain } from "./terminal.ts";

/** `crossdock <command> ...`: finds the command, runs it, and says in a sentence what went wrong where something did. */
const [name = "help", ...args] = process.argv.slice(2);
const command = commands.find((candidate) => candidate.name === name);

if (!command) {
  console.error(`There is no command "${name}". \`crossdock help\` lists them all.`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await command.run(args);
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
  }
}
