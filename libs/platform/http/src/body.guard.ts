import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { InvalidInput } from '#kernel';
import { InvalidBody } from './body-parser.js';
import { bodyTooComplex, malformedBody } from './http-errors.js';

/** Runs after the access guard, so that an unauthorized caller learns nothing from the body checks. */
@Injectable()
export class BodyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { body } = context.switchToHttp().getRequest<{ body?: unknown }>();
    if (body instanceof InvalidBody) throw body.tooComplex ? bodyTooComplex() : malformedBody();
    if (body === undefined || body === null) return true;
    if (typeof body !== 'object' || Array.isArray(body)) throw InvalidInput.at('', 'type', 'must be a JSON object');
    // The validator would treat a property inherited from Object.prototype as a known field.
    const inherited = Object.keys(body).find((field) => field in Object.prototype);
    if (inherited === undefined) return true;
    throw InvalidInput.at(`/${inherited}`, 'unknown_field', 'is not a field of this request');
  }
}
