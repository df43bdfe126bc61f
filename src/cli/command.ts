/** One word of the command line. `run` answers the exit code: 0 done, 1 failed, 2 not understood. */
export interface CliCommand {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  run(args: readonly string[]): Promise<number>;
}
