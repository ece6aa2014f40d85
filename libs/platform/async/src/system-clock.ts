import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';

@Injectable()
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }

  async pause(milliseconds: number): Promise<void> {
    await setTimeout(milliseconds);
  }
}
