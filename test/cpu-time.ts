/**
 * What a test holds against input that is made to take forever: milliseconds of processor that this process has used. Unlike a clock
 * it stands still while other processes have the machine.
 */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
