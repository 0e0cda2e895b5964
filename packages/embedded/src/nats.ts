import { connect } from 'node:net';

/** Where a NATS server keeps its streams and listens, always on 127.0.0.1. */
export interface NatsSettings {
  binary: string;
  dataDir: string;
  port: number;
}

export function natsUrl(settings: Pick<NatsSettings, 'port'>): string {
  return `nats://127.0.0.1:${settings.port}`;
}

export function natsArguments(settings: NatsSettings): string[] {
  return ['-js', '-sd', settings.dataDir, '-p', String(settings.port), '-a', '127.0.0.1'];
}

/** True when a NATS server with JetStream greets on this port of 127.0.0.1. */
export function natsAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    let greeting = '';
    socket.setTimeout(1000, () => settle(false));
    socket.on('error', () => settle(false));
    socket.on('close', () => resolve(false));
    socket.on('data', (chunk: Buffer) => {
      greeting += chunk.toString();
      // A server says INFO {…} with its abilities before anything is asked.
      if (greeting.includes('\r\n'))
        settle(greeting.startsWith('INFO ') && greeting.includes('"jetstream":true'));
    });
  });
}
