import { createServer } from 'node:net';

/**
 * A mail server that costs next to nothing: it takes every message, pipelined or not (RFC 2920), counts it at the end of its
 * DATA and forgets it. Asked for `codes`, it tells the codes that it has read in subjects. Told `refuse`, it refuses every message
 * from then on.
 */
const state = { accepted: 0, codes: [], refuses: false };
const END = '\r\n.\r\n';

const server = createServer((socket) => {
  let text = '';
  let inData = false;
  socket.setNoDelay().setEncoding('latin1');
  socket.on('error', () => undefined);
  socket.write('220 sink ESMTP\r\n');
  socket.on('data', (chunk) => {
    text += chunk;
    let answers = '';
    for (;;) {
      const end = text.indexOf(inData ? END : '\r\n');
      if (end < 0) break;
      const part = text.slice(0, end);
      text = text.slice(end + (inData ? END.length : 2));
      answers += inData ? accept(part) : replyTo(part);
      inData = !inData && /^data/i.test(part);
    }
    if (answers !== '') socket.write(answers);
  });
});

function accept(message) {
  if (state.refuses) return '550 refused\r\n';
  state.accepted++;
  const [, code] = /^Subject: (\d{4,8}) /m.exec(message) ?? [];
  const [, to] = /^To: <?([^>\r\n]+)/m.exec(message) ?? [];
  if (code !== undefined) state.codes.push([to, code]);
  return '250 accepted\r\n';
}

function replyTo(line) {
  switch (line.slice(0, 4).toUpperCase()) {
    case 'EHLO':
      return '250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n';
    case 'DATA':
      return '354 go on\r\n';
    case 'QUIT':
      return '221 bye\r\n';
    default:
      return '250 ok\r\n';
  }
}

process.on('message', (question) => {
  if (question === 'refuse') state.refuses = true;
  process.send({ accepted: state.accepted, codes: question === 'codes' ? state.codes.splice(0) : [] });
  state.codes.length = 0;
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
