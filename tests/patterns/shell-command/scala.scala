object A {
  // finds below
  val a = s"ls $folder".!!
  // finds below
  val b = Process("ls " + folder)
  val c = Process(Seq("ls", folder))
}
