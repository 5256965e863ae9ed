const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
const tasks = new Set<() => void>();

/**
 * Runs synchronous work when the process exits or is told to by a signal; returns a function that takes it back.
 * A signal still ends the process as it would have without us, unless the application handles it itself.
 */
export function onExit(task: () => void): () => void {
  if (tasks.size === 0) listen();
  tasks.add(task);
  return () => {
    tasks.delete(task);
    if (tasks.size === 0) unlisten();
  };
}

function runAll(): void {
  for (const task of tasks) task();
}

function onSignal(signal: NodeJS.Signals): void {
  runAll();
  process.removeListener(signal, onSignal);
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function listen(): void {
  process.on("exit", runAll);
  for (const signal of signals) process.on(signal, onSignal);
}

function unlisten(): void {
  process.removeListener("exit", runAll);
  for (const signal of signals) process.removeListener(signal, onSignal);
}
