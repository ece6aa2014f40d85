import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { DomainError } from '#kernel';
import { Public } from './access.decorators.js';
import { InternalError, statusOf, titleOf } from './problem.js';

export interface ProblemEntry {
  /** Stable and dotted: `registration.code_expired`. */
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

/** Every code that a response can contain. Modules contribute theirs at startup. */
export class ProblemCatalogue {
  readonly entries: readonly ProblemEntry[];

  constructor(errors: readonly DomainError[]) {
    const unique = new Map([new InternalError(), ...errors].map((error) => [error.code, error]));
    this.entries = [...unique.values()].map(entryOf).sort((a, b) => (a.code < b.code ? -1 : 1));
  }
}

function entryOf(error: DomainError): ProblemEntry {
  const status = error instanceof InternalError ? 500 : statusOf(error);
  return { code: error.code, status, title: titleOf(error.code), detail: error.message };
}

const TEXT = { type: 'string' };
const ENTRY = {
  type: 'object',
  required: ['code', 'status', 'title', 'detail'],
  properties: { code: TEXT, status: { type: 'integer' }, title: TEXT, detail: TEXT },
  example: {
    code: 'registration.code_expired',
    status: 410,
    title: 'Code expired',
    detail: 'The code is no longer valid. Ask for a new one.',
  },
};

@ApiTags('operations')
@Public()
@Controller('problems')
export class ProblemsController {
  constructor(private readonly catalogue: ProblemCatalogue) {}

  /** Every problem code, with its status and what it says. */
  @Get()
  @Header('cache-control', 'public, max-age=300')
  @ApiOkResponse({
    schema: { type: 'object', required: ['items'], properties: { items: { type: 'array', items: ENTRY } } },
  })
  list(): { items: readonly ProblemEntry[] } {
    return { items: this.catalogue.entries };
  }
}
