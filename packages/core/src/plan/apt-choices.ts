/**
 * Settings of apt that decide which versions it chooses, by their names in apt.conf(5). Every builder gives them to the
 * apt it runs, whose release and machine would decide otherwise: newer ones bring another solver, and Ubuntu offers
 * updates in phases, to machines by their machine-id.
 */
export const APT_CHOICES: Readonly<Record<string, string>> = {
  "APT::Solver": "internal",
  "APT::Get::Always-Include-Phased-Updates": "true",
};
