import type { Effect } from "./effect.ts";

/** /etc/networks of netbase; /etc/hosts is the container's own and there in every one, so that the script leaves it alone. */
export const NETWORKS: Effect = {
  do: "file",
  path: "/etc/networks",
  text: "default\t\t0.0.0.0\nloopback\t127.0.0.0\nlink-local\t169.254.0.0\n\n",
  mode: 0o644,
};

/** The group of ssh-agent, whose memory other programs of the user cannot read then. */
export const SSH_AGENT: readonly Effect[] = [
  { do: "system group", name: "_ssh" },
  { do: "mode", path: "/usr/bin/ssh-agent", mode: 0o2755, group: "_ssh" },
];

/** What fontconfig-config answers itself where nobody has linked one of its files. */
export const FONT_ANSWERS = {
  "fontconfig/enable_bitmaps": "false",
  "fontconfig/hinting_style": "hintslight",
  "fontconfig/hinting_type": "Native",
  "fontconfig/subpixel_rendering": "Automatic",
} as const;

/** Links to settings of fontconfig that are taken. */
export const fontLinks = (...names: string[]): Effect[] =>
  names.map((name) => ({
    do: "link",
    path: `/etc/fonts/conf.d/${name}`,
    link: `/usr/share/fontconfig/conf.avail/${name}`,
  }));
