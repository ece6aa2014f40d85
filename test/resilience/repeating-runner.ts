import { type RunnerTask, TestRunner } from 'vitest';
import { ROUNDS } from './rounds.js';

const ID = /\b(?:FM|KP|RC|INV)-/;

/** Plays the scenarios among the integration tests as often as the others, which count their rounds themselves. */
export default class RepeatingRunner extends TestRunner {
  override async onBeforeRunTask(task: RunnerTask): Promise<void> {
    if (task.type === 'test' && task.file.name.endsWith('.int.spec.ts') && ID.test(task.name))
      task.repeats = ROUNDS - 1;
    await super.onBeforeRunTask(task as never);
  }
}
