/** Listens on any port, tells which, and ends when it is told to. */
export async function serve(app, more = {}, close = async () => undefined) {
  await app.listen({ port: 0, host: '127.0.0.1' });
  process.once('SIGTERM', async () => {
    await app.close();
    await close();
    process.exit();
  });
  process.send({ port: app.server.address().port, ...more });
}
