import { currentScope } from "../call/scope.ts";

/** A store that is left alone by what is answered by a stand-in: that goes to another one. */
export function unlessDry<Store extends object>(store: Store, dryStore: Store): Store {
  return new Proxy(store, {
    get: (_, name) => {
      const of = currentScope()?.standIn === undefined ? store : dryStore;
      const member: unknown = Reflect.get(of, name);
      return typeof member === "function" ? member.bind(of) : member;
    },
  });
}
