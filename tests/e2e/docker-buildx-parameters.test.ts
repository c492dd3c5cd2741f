import { describeBases } from "../parameters/describe-bases.ts";
import { describeFiles } from "../parameters/describe-files.ts";
import { describeLocks } from "../parameters/describe-locks.ts";
import { describePackages } from "../parameters/describe-packages.ts";
import { describePython } from "../parameters/describe-python.ts";
import { describeRegistryConfig, describeSteering } from "../parameters/describe-registry.ts";
import { describeTorchBackend } from "../parameters/describe-torch-backend.ts";
import { dockerBuilds } from "../support/docker-builds.ts";

const docker = await dockerBuilds();
describePackages(docker);
describeTorchBackend(docker);
describeLocks(docker);
describePython(docker);
describeFiles(docker);
describeBases(docker);
describeRegistryConfig(docker);
describeSteering(docker);
