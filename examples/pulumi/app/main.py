print("hello from a stack")
