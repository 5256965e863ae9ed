import { evalDefaults } from "../defaults.ts";

/**
 * What JSON can hold of any value, cut to size: a run must not end because of what a feature returned. What is left out
 * says so in its place.
 */
export function plain(value: unknown): unknown {
  return new Copy().of(value);
}

class Copy {
  readonly #above: object[] = [];
  #left: number = evalDefaults.record.characters;

  of(value: unknown): unknown {
    this.#left--;
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        // JSON has no -0.
        return Number.isFinite(value) ? value + 0 : String(value);
      case "boolean":
      case "undefined":
        return value;
      case "function":
        return `[function ${value.name}]`;
      case "bigint":
      case "symbol":
        return String(value);
      case "object":
        return value === null ? null : this.#object(value);
    }
  }

  #text(text: string): string {
    const kept = text.slice(0, Math.max(0, this.#left));
    this.#left -= kept.length;
    const lost = text.length - kept.length;
    // A copy: a slice would hold all of the text in memory.
    return lost === 0 ? text : `${Buffer.from(kept)}… [${lost} more characters]`;
  }

  #object(value: object): unknown {
    if (this.#above.includes(value)) return "[circular]";
    if (this.#above.length === evalDefaults.record.depth) return "[too deep]";
    this.#above.push(value);
    try {
      return this.#members(value);
    } catch (error) {
      // A getter or a toJSON of somebody's class.
      return `[unreadable: ${error instanceof Error ? error.message : typeof error}]`;
    } finally {
      this.#above.pop();
    }
  }

  #members(value: object): unknown {
    if (Array.isArray(value)) return this.#list(value);
    if (value instanceof Map || value instanceof Set) return this.#list([...value]);
    if (value instanceof RegExp) return String(value);
    if (ArrayBuffer.isView(value)) return this.#bytes(value);
    if (value instanceof ArrayBuffer) return this.#bytes(new Uint8Array(value));
    if ("toJSON" in value && typeof value.toJSON === "function") return this.of(value.toJSON());
    const named = value instanceof Error ? { name: value.name, message: value.message } : {};
    return this.#record({ ...named, ...value });
  }

  #list(values: readonly unknown[]): unknown[] {
    const kept: unknown[] = [];
    for (const value of values) {
      if (this.#left <= 0) return [...kept, `… [${values.length - kept.length} more]`];
      kept.push(this.of(value) ?? null);
    }
    return kept;
  }

  #record(value: object): object {
    const kept: [string, unknown][] = [];
    const members = Object.entries(value);
    for (const [key, member] of members) {
      if (this.#left <= 0) {
        kept.push(["…", `[${members.length - kept.length} more]`]);
        break;
      }
      this.#left -= key.length;
      kept.push([key, this.of(member)]);
    }
    return Object.fromEntries(kept);
  }

  #bytes({ buffer, byteOffset, byteLength }: ArrayBufferView): unknown {
    const length = Math.ceil(byteLength / 3) * 4;
    if (length > this.#left) return `[${byteLength} bytes]`;
    this.#left -= length;
    return { $bytes: Buffer.from(buffer, byteOffset, byteLength).toString("base64") };
  }
}
