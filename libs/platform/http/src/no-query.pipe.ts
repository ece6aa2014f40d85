import { NoBodyPipe } from './no-body.pipe.js';

/** For a route that would do something else than its caller means if it overlooked his query: an unknown one is refused. */
export class NoQueryPipe extends NoBodyPipe {}
