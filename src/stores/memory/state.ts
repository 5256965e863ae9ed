/** State in this process, by key: what a shared store would keep for several. */
export function memoryState<State>(): {
  update<T>(key: string, change: (state: State | undefined) => [State, T]): T;
} {
  const states = new Map<string, State>();
  return {
    update: (key, change) => {
      const [state, result] = change(states.get(key));
      states.set(key, state);
      return result;
    },
  };
}
