export { CursorNotValid } from './cursor-codec.js';
export { ApiPage, type PageOf, PageQuery } from './page.dto.js';
export { Paginator } from './paginator.js';
