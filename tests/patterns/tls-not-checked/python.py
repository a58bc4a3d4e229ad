# finds below
requests.get(url, verify=False)
# finds below
context.verify_mode = ssl.CERT_NONE
# finds below
ssl._create_unverified_context()
requests.get(url, verify=True)
requests.get(url, verify=bundle)
form.get(url, verify=False)
