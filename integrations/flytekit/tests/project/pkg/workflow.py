import os

from flytekit import ImageSpec, task, workflow

image = ImageSpec(
    builder="imagespec",
    name="flytekit-test",
    registry=os.environ.get("TEST_REGISTRY", "localhost:5000"),
    packages=["iniconfig==2.0.0"],
)

if image.is_container():
    import iniconfig


@task(container_image=image)
def greet(name: str) -> str:
    return f"hello {name} from {iniconfig.__name__} as {os.environ['_F_IMG_ID']}"


@workflow
def hello(name: str = "you") -> str:
    return greet(name=name)
