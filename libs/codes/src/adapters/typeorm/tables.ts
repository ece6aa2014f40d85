import type { Tables } from '#platform/database';
import { CreateCodeGuesses1763600000004 } from './migrations/1763600000004-create-code-guesses.js';

export const codesTables: Tables = { schemas: () => [], migrations: [CreateCodeGuesses1763600000004] };
