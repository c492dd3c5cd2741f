"""A stand-in for flyteadmin: answers what `pyflyte register` and `run --remote` ask, and keeps what they send."""

import threading
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import grpc
from flyteidl.admin import (
    execution_pb2,
    launch_plan_pb2,
    project_domain_attributes_pb2,
    task_pb2,
    version_pb2,
    workflow_pb2,
)
from flyteidl.core import identifier_pb2
from flyteidl.service import admin_pb2_grpc, dataproxy_pb2, dataproxy_pb2_grpc


class _Uploads(BaseHTTPRequestHandler):
    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.files[self.path] = body
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class _Admin(admin_pb2_grpc.AdminServiceServicer):
    def __init__(self):
        self.tasks = []
        self.workflows = {}
        self.plans = {}
        self.executions = []

    def _not_found(self, context):
        context.abort(grpc.StatusCode.NOT_FOUND, "nothing of that name")

    def GetVersion(self, request, context):
        return version_pb2.GetVersionResponse()

    def CreateTask(self, request, context):
        self.tasks.append(request)
        return task_pb2.TaskCreateResponse()

    def CreateWorkflow(self, request, context):
        self.workflows[request.id.SerializeToString()] = workflow_pb2.Workflow(
            id=request.id,
            closure=workflow_pb2.WorkflowClosure(
                compiled_workflow={
                    "primary": {"template": request.spec.template},
                    "tasks": [{"template": task.spec.template} for task in self.tasks],
                }
            ),
        )
        return workflow_pb2.WorkflowCreateResponse()

    def GetWorkflow(self, request, context):
        return self.workflows.get(request.id.SerializeToString()) or self._not_found(context)

    def CreateLaunchPlan(self, request, context):
        self.plans[request.id.SerializeToString()] = launch_plan_pb2.LaunchPlan(
            id=request.id,
            spec=request.spec,
            closure={"expected_inputs": request.spec.default_inputs},
        )
        return launch_plan_pb2.LaunchPlanCreateResponse()

    def GetLaunchPlan(self, request, context):
        return self.plans.get(request.id.SerializeToString()) or self._not_found(context)

    def GetTask(self, request, context):
        for task in self.tasks:
            if task.id == request.id:
                return task_pb2.Task(id=task.id, closure=task_pb2.TaskClosure(compiled_task={"template": task.spec.template}))
        return self._not_found(context)

    def GetProjectDomainAttributes(self, request, context):
        return project_domain_attributes_pb2.ProjectDomainAttributesGetResponse()

    def CreateExecution(self, request, context):
        self.executions.append(request)
        return execution_pb2.ExecutionCreateResponse(
            id=identifier_pb2.WorkflowExecutionIdentifier(project="p", domain="development", name="e")
        )

    def GetExecution(self, request, context):
        return execution_pb2.Execution(id=request.id)


class _DataProxy(dataproxy_pb2_grpc.DataProxyServiceServicer):
    def __init__(self, address):
        self.address = address

    def CreateUploadLocation(self, request, context):
        name = quote(request.filename or "code.tar.gz")
        return dataproxy_pb2.CreateUploadLocationResponse(
            signed_url=f"{self.address}/{name}", native_url=f"{self.address}/{name}"
        )


class FlyteAdmin:
    """Listens on loopback; `address` is the gRPC endpoint."""

    def __enter__(self):
        self._files = ThreadingHTTPServer(("127.0.0.1", 0), _Uploads)
        self._files.files = {}
        threading.Thread(target=self._files.serve_forever, daemon=True).start()
        self.admin = _Admin()
        self._server = grpc.server(futures.ThreadPoolExecutor(4))
        admin_pb2_grpc.add_AdminServiceServicer_to_server(self.admin, self._server)
        proxy = _DataProxy(f"http://127.0.0.1:{self._files.server_address[1]}")
        dataproxy_pb2_grpc.add_DataProxyServiceServicer_to_server(proxy, self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()
        return self

    def __exit__(self, *_):
        self._server.stop(0).wait()
        self._files.shutdown()
        self._files.server_close()
