import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, Ids, uuidv7 } from '#kernel';

@Injectable()
export class UuidV7Ids extends Ids {
  constructor(private readonly clock: Clock) {
    super();
  }

  next(): string {
    return uuidv7(this.clock.now().getTime());
  }

  opaque(): string {
    return randomUUID();
  }
}
