/** Content types that are not JSON, or only look like it. */
export const CONTENT_TYPES: readonly string[] = [
  ...`text/plain
text/plain; application/json
text/plain;charset=utf-8
text/json
text/html
application/x-www-form-urlencoded
multipart/form-data
multipart/form-data; boundary=x
application/xml
application/octet-stream
application/jsonp
application/json5
application/json-patch+json
application/ld+json
application/problem+json
application/merge-patch+json
application/json; charset=utf-16
application/json; charset=latin1
application/json; charset=utf-8; charset=utf-7
application/json; boundary=x
application/json, text/plain
application/json text/plain
application/json;
application/json;;charset=utf-8
application//json
application/
/json
json
applicationjson
application /json
application/ json
"application/json"
application/json%00
application/*
*/*
;
__proto__
constructor
toString`.split('\n'),
  'application/json\ta',
  'application/json\u00a0',
  '\u00e4pplication/json',
  `application/${'j'.repeat(5_000)}`,
];

// built by JSON.parse: the keys `then` and `__proto__` mean something in a literal
export const NON_STRING_VALUES: readonly unknown[] = JSON.parse(`[
  {}, [], ["0420"], [[]], [{}], {"$gt": ""}, {"$ne": null}, {"toString": "x"}, {"length": 4}, {"then": "x"}, {"valueOf": 1},
  0, 420, -1, 1.5, 1e308, true, false
]`);

/** A good value of every field. */
export const VALID_TEXT_VALUES: Readonly<Record<string, string>> = {
  email: 'ada@example.org',
  phone: '+14155550132',
  password: 'a long enough password',
  code: '0420',
  username: 'ada@example.org',
};

/** What a body needs beside the field in question. */
export const REQUIRED_FIELDS: Readonly<Record<string, readonly string[]>> = {
  '/v1/registrations': ['email', 'password'],
  '/v1/registrations/activate': ['code'],
  '/v1/auth/login': ['username', 'password'],
};
