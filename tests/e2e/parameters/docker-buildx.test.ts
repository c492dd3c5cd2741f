import { dockerBuilds } from "../docker-builds.ts";
import { describeBases } from "./describe-bases.ts";
import { describeFiles } from "./describe-files.ts";
import { describeLocks } from "./describe-locks.ts";
import { describePackages } from "./describe-packages.ts";
import { describePython } from "./describe-python.ts";
import { describeRegistryConfig, describeSteering } from "./describe-registry.ts";

const docker = await dockerBuilds();
describePackages(docker);
describeLocks(docker);
describePython(docker);
describeFiles(docker);
describeBases(docker);
describeRegistryConfig(docker);
describeSteering(docker);
