pluginManagement {
    plugins {
        kotlin("jvm") version "2.0.21"
        id("com.google.devtools.ksp") version "2.0.21-1.0.28" apply false
    }
}

plugins {
    `java-library`
    id("org.springframework.boot") version libs.versions.spring.get()
    id("com.diffplug.spotless").version("6.25.0")
    alias(libs.plugins.protobuf) apply false
    id(libs.plugins.detekt.get().pluginId)
    id("own.conventions")
}

val ktor by extra("2.3.12")
extra["slf4j"] = "2.0.16"
extra.set("logback", "1.5.12")
description = "implementation(\"false:found:1.0\")"

repositories {
    maven("https://repo.example.org/maven")
}

kotlin {
    sourceSets {
        val commonTest by getting {
            dependencies {
                implementation("org.acme:in-tests:1.0")
            }
        }
        jsMain.dependencies {
            implementation(npm("react", "18.2.0"))
            implementation(devNpm("webpack", "^5"))
        }
    }
}

dependencies {
    implementation(platform("org.acme:bom:1.0"))
    implementation(enforcedPlatform(libs.spring.bom))
    implementation(testFixtures(project(":core")))
    add("implementation", "org.acme:added:1.1")
    add("kspTest", libs.acme.processor)
    "implementation"("org.acme:quoted:1.2")
    "customApi"(libs.bundles.acme)
    shadow("org.acme:custom:1.3")
    implementation(group = "org.acme", name = "mapped", version = "1.4")
    implementation("org.acme", "positional", "1.5")
    implementation("io.ktor:ktor-server:$ktor")
    implementation("org.slf4j:slf4j-api:${extra["slf4j"]}")
    runtimeOnly("ch.qos.logback:logback-classic:" + logback)
    implementation("org.acme:fromCatalogue:${libs.versions.acme.get()}")
    implementation(kotlin("reflect", "2.0.21"))
    implementation(libs.acme.core) {
        exclude(group = "false.excluded", module = "one")
        because("false:because:1.0 is old")
    }
    implementation("org.acme:rich") {
        version {
            strictly("[1.6, 2[")
            prefer("1.6.1")
        }
    }
    implementation(variantOf(libs.acme.native) { classifier("linux") })
    implementation(files("libs/own.jar"))
    implementation(projects.core)
    implementation(dependencyOf("secret"))
    if (withTools) implementation("org.acme:conditional:1.7")
    constraints {
        implementation("org.acme:constrained:1.8")
    }
    compileOnly(libs.findLibrary("acme-found").get())
}

protobuf {
    protoc { artifact = "com.google.protobuf:protoc:4.28.3" }
}

publishing {
    artifact("false:found:1.0.jar")
}

configurations.all {
    resolutionStrategy { force("org.acme:forced:1.9") }
}
