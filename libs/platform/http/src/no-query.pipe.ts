import { NoBodyPipe } from './no-body.pipe.js';

/** Rejects any query parameter, for a route where an ignored parameter would change what the caller means. */
export class NoQueryPipe extends NoBodyPipe {}
