import { defineConfig } from "vitepress";
import llms from "vitepress-plugin-llms";
import { builderPages } from "../builder-pages.ts";

export default defineConfig({
  title: "imagespec",
  description: "Declare a container image as data; it is built only when its content changes.",
  cleanUrls: true,
  // llms.txt and llms-full.txt: the pages as one text, for programs that read.
  vite: { plugins: [llms({ ignoreFiles: ["api/**"] })] },
  themeConfig: {
    search: { provider: "local" },
    nav: [
      { text: "Guide", link: "/guide/tutorial" },
      { text: "Builders", link: "/builders/" },
      { text: "Parameters", link: "/guide/parameters" },
    ],
    sidebar: [
      {
        text: "Guide",
        items: [
          { text: "First images", link: "/guide/tutorial" },
          { text: "How it works", link: "/guide/how-it-works" },
          { text: "Parameters", link: "/guide/parameters" },
          { text: "Command line", link: "/guide/cli" },
          { text: "Project settings", link: "/guide/config" },
          { text: "Manifests", link: "/resolve" },
          { text: "What an image is made of", link: "/inspect" },
          { text: "Identity", link: "/identity" },
          { text: "Which builder can do what", link: "/guide/matrix" },
          { text: "With or without Docker", link: "/guide/with-or-without-docker" },
          { text: "The Dockerfile", link: "/guide/dockerfile" },
          { text: "Coming from flytekit", link: "/guide/flytekit" },
          { text: "What is checked and trusted", link: "/trust" },
          { text: "Errors", link: "/errors" },
        ],
      },
      {
        text: "Builders",
        items: [{ text: "Overview", link: "/builders/" }, ...builderPages()],
      },
      {
        text: "Recipes",
        items: [
          { text: "GitHub Actions", link: "/recipes/github-actions" },
          { text: "GitLab CI without docker", link: "/recipes/gitlab-ci" },
          { text: "Images built on your cluster", link: "/recipes/kubernetes-jobs" },
          { text: "A closed network", link: "/recipes/closed-network" },
          { text: "GPU", link: "/recipes/gpu" },
          { text: "A private index", link: "/recipes/private-index" },
          { text: "A monorepo with uv", link: "/recipes/monorepo" },
        ],
      },
      {
        text: "Your own builder",
        items: [
          { text: "Writing a builder", link: "/writing-a-builder" },
          { text: "Where builders agree", link: "/agreement" },
          { text: "The plan and the runtime contract", link: "/plan" },
          { text: "Testing a builder", link: "/testkit" },
        ],
      },
      {
        text: "Reference",
        items: [
          { text: "Registry client", link: "/registry" },
          { text: "Container engines", link: "/container-engine" },
          { text: "Spec files", link: "/spec-file" },
          { text: "API", link: "/api/" },
          { text: "Benchmarks", link: "/benchmarks" },
          { text: "Pictures", link: "/gallery" },
          { text: "Decisions", link: "/decisions" },
        ],
      },
    ],
  },
});
