import iniconfig

print("check:", iniconfig.__name__)
