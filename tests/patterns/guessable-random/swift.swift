// finds below
let token = rand()
let token2 = UUID().uuidString
let dice = rand()
