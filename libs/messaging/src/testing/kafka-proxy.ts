import { TcpProxy } from './tcp-proxy.js';

/** Brokers send clients their address. The proxy replaces it with its own. */
export async function startKafkaProxy({
  url,
  port,
}: {
  readonly url: string;
  readonly port: number;
}): Promise<TcpProxy> {
  const proxy = await TcpProxy.start(url);
  const encodeAddress = (of: number): Buffer => {
    const host = Buffer.from('\0\x09127.0.0.1\0\0\0\0', 'latin1');
    host.writeInt32BE(of, host.length - 4);
    return host;
  };
  proxy.rewrite = (chunk) => {
    const [from, to] = [encodeAddress(port), encodeAddress(proxy.port)];
    for (let at = chunk.indexOf(from); at >= 0; at = chunk.indexOf(from, at)) to.copy(chunk, at);
    return chunk;
  };
  return proxy;
}
