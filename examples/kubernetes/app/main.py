print("hello from the cluster")
