fun f() {
  // finds below
  val token = Random.nextLong()
  val salt = SecureRandom().generateSeed(16)
  val dice = Random.nextInt(6)
}
