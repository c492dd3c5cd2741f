print("hello from Pulumi")
