val okhttp = "4.12.0"

dependencies {
    implementation(platform("com.acme:bom:1.0"))
    implementation(projects.core.common)
    implementation(libs.androidx.activity.compose)
    testImplementation(testLibs.junit)
    implementation("com.squareup.okhttp3:okhttp:$okhttp")
    implementation(
        "com.acme:wrapped:3.1.4"
    )
    implementation(group = "com.acme", name = "named", version = "1.5")
    debugImplementation("com.squareup.leakcanary:leakcanary-android:2.14")
    androidTestImplementation("androidx.test:runner:1.5.2")
    ksp("com.google.dagger:dagger-compiler:2.51")
    implementation(kotlin("stdlib"))
}
