const longest = 64;

/**
 * A tool's name as a request may quote it. Models call tools that there are not by names that providers refuse in the
 * next request (`multi_tool_use.parallel`, none at all), and what every object has is found where a provider's package
 * looks a name up.
 */
export function quotableName(name: string): string {
  const plain = name.slice(0, longest).replace(/[^\w-]/g, "_") || "unnamed";
  return plain in {} ? `${plain}_` : plain;
}
